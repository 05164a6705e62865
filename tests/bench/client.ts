import { Agent, type IncomingMessage, request } from 'node:http'

export type Answer = {
  status: number
  headers: IncomingMessage['headers']
  text: string
  took: number
}

export type Client = ReturnType<typeof createClient>

const agent = new Agent({ keepAlive: true, maxSockets: 400 })

/** Takes a port on this machine and the address to come from; returns one browser with its cookies. */
export function createClient(port: number, address = '192.0.2.1') {
  const jar = new Map<string, string>()
  const keep = (cookies: string[] = []) => {
    for (const cookie of cookies) {
      const [pair = ''] = cookie.split(';')
      jar.set(pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1))
    }
  }

  function send(method: string, path: string, body?: string): Promise<Answer> {
    const started = performance.now()
    const headers = {
      'x-forwarded-for': address,
      cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; '),
      ...(body === undefined
        ? {}
        : {
            'content-type': 'application/x-www-form-urlencoded',
            'content-length': Buffer.byteLength(body),
          }),
    }
    return new Promise((resolve, reject) => {
      const sent = request({ host: '127.0.0.1', port, method, path, headers, agent }, (res) => {
        keep(res.headers['set-cookie'])
        let text = ''
        res.setEncoding('utf8')
        res.on('data', (part: string) => {
          text += part
        })
        res.on('end', () => {
          const { statusCode = 0 } = res
          resolve({
            status: statusCode,
            headers: res.headers,
            text,
            took: performance.now() - started,
          })
        })
      })
      sent.on('error', reject)
      sent.end(body)
    })
  }

  return {
    get: (path: string) => send('GET', path),
    async submit(path: string, fields: Record<string, string>): Promise<Answer> {
      const { text } = await send('GET', path)
      return send('POST', path, encode({ _csrf: readToken(text), ...fields }))
    },
    readToken: async (path: string) => readToken((await send('GET', path)).text),
    post: (path: string, fields: Record<string, string>) => send('POST', path, encode(fields)),
  }
}

function encode(fields: Record<string, string>): string {
  return new URLSearchParams(fields).toString()
}

function readToken(html: string): string {
  return /name="_csrf" value="([^"]*)"/.exec(html)?.[1] ?? ''
}

/** Takes times in ms and a share such as 0.99; returns the time under which that share lies. */
export function percentile(times: number[], share: number): number {
  const sorted = [...times].sort((one, other) => one - other)
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN
}
