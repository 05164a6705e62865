export type ReceivedMail = { headers: [name: string, value: string][]; text: string; html: string }

/** Reads a mail as it came over the wire: headers unfolded and in order, both parts decoded. */
export function readMail(raw: string): ReceivedMail {
  const { headers, body } = split(raw)
  const boundary = /boundary="([^"]+)"/.exec(headerOf(headers, 'content-type'))?.[1] ?? ''
  const parts = body.split(`--${boundary}`).slice(1, -1).map(split)
  return { headers, text: findPart(parts, 'text/plain'), html: findPart(parts, 'text/html') }
}

/** The first header of this name, which is in lower case; empty where there is none. */
export function headerOf(headers: ReceivedMail['headers'], name: string): string {
  return headers.find(([key]) => key.toLowerCase() === name)?.[1] ?? ''
}

type Part = { headers: ReceivedMail['headers']; body: string }

function split(raw: string): Part {
  const [head = '', ...rest] = raw.replace(/^\r\n/, '').split('\r\n\r\n')
  const lines = head.replace(/\r\n[ \t]+/g, ' ').split('\r\n')
  const headers = lines.map((line) => {
    const at = line.indexOf(':')
    return [line.slice(0, at), line.slice(at + 1).trim()] as [string, string]
  })
  return { headers, body: rest.join('\r\n\r\n') }
}

function findPart(parts: Part[], type: string): string {
  const part = parts.find(({ headers }) => headerOf(headers, 'content-type').startsWith(type))
  if (!part) return ''
  const encoding = headerOf(part.headers, 'content-transfer-encoding')
  if (encoding === 'base64') return Buffer.from(part.body, 'base64').toString()
  return encoding === 'quoted-printable' ? decodeQuotedPrintable(part.body) : part.body
}

function decodeQuotedPrintable(body: string): string {
  const bytes = body
    .replace(/=\r\n/g, '')
    .replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
  return Buffer.from(bytes, 'latin1').toString()
}
