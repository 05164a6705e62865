import { pipeline } from 'node:stream/promises'
import type { Response } from 'express'

/** Sends a file while it is made, no faster than it is taken. One that cannot be finished is cut off, never ended as if it were whole. */
export async function sendDownload(
  res: Response,
  name: string,
  chunks: AsyncIterable<string>,
): Promise<void> {
  await pipeline(chunks, res.attachment(name)).catch((error: unknown) => {
    if (!isHangUp(error)) throw error
    // For the log line of the request, which waits for its end.
    res.end()
  })
}

function isHangUp(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_STREAM_PREMATURE_CLOSE'
}
