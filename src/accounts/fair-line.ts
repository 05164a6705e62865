/** Where a waiter comes from, and whose password it is about, if that is known. */
type Origin = { network: string; account?: string | undefined }

type Place<Waiter> = Origin & { turn: number; waiter: Waiter }

/** A line in which networks take turns: first one of each, then a second of each. */
export class FairLine<Waiter> {
  /** In the order in which they came. */
  #places: Place<Waiter>[] = []
  #turn = 0

  get length(): number {
    return this.#places.length
  }

  join({ network, account }: Origin, waiter: Waiter): void {
    this.#places.push({ network, account, waiter, turn: this.#turnFor(network) })
  }

  leave(waiter: Waiter): void {
    this.#places = this.#places.filter((place) => place.waiter !== waiter)
  }

  takeFirst(): Waiter | undefined {
    const turn = Math.min(...this.#places.map((place) => place.turn))
    const first = this.#places.find((place) => place.turn === turn)
    if (!first) return undefined
    this.#turn = turn
    this.leave(first.waiter)
    return first.waiter
  }

  /** Of the network with the longest line, the one who came last. */
  findLast(): Waiter | undefined {
    const turn = this.#lastTurn()
    return this.#places.findLast((place) => place.turn === turn)?.waiter
  }

  /** Whether the next from this network would be the last of all. */
  isLast(network: string): boolean {
    return this.#turnFor(network) >= this.#lastTurn()
  }

  countOf(account: string): number {
    return this.#places.filter((place) => place.account === account).length
  }

  #lastTurn(): number {
    return Math.max(...this.#places.map((place) => place.turn))
  }

  #turnFor(network: string): number {
    const own = this.#places.filter((place) => place.network === network)
    return Math.max(this.#turn, ...own.map((place) => place.turn)) + 1
  }
}
