/** Takes some work; returns in ms the least time it took of three, for comparing with other work of the same run: a busy machine makes one run long, never short. */
export function leastTime(work: () => void): number {
  const times = [1, 2, 3].map(() => {
    const started = performance.now()
    work()
    return performance.now() - started
  })
  return Math.min(...times)
}
