import { Agent, type IncomingMessage, request } from 'node:http'

export type Answer = {
  status: number
  headers: IncomingMessage['headers']
  text: string
  /** Milliseconds. */
  took: number
}

export type Client = ReturnType<typeof createClient>

const agent = new Agent({ keepAlive: true, maxSockets: 400 })

/** One browser with its cookies, at this IP of a visitor behind a proxy. */
export function createClient(port: number, ip = '192.0.2.1') {
  const jar = new Map<string, string>()
  const keep = (cookies: string[] = []) => {
    for (const cookie of cookies) {
      const [pair = ''] = cookie.split(';')
      const [name, value] = [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]
      if (value === '') jar.delete(name)
      else jar.set(name, value)
    }
  }
  const headers = () => {
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ')
    return { 'x-forwarded-for': ip, ...(cookie && { cookie }) }
  }

  async function send(method: string, path: string, body?: string): Promise<Answer> {
    const at = performance.now()
    const form = body === undefined ? {} : describeForm(body)
    const answer = await sendOnce({ port, method, path, headers: { ...headers(), ...form } }, body)
    keep(answer.headers['set-cookie'])
    return { ...answer, took: performance.now() - at }
  }

  return {
    get: (path: string) => send('GET', path),
    readToken: async (path: string) => readToken((await send('GET', path)).text),
    post: (path: string, fields: Record<string, string>) =>
      send('POST', path, new URLSearchParams(fields).toString()),
    forget: (name: string) => jar.delete(name),
    /** The text of a GET as this browser would send it. */
    writeGet: (path: string) => {
      const lines = Object.entries(headers()).map(([name, value]) => `${name}: ${value}\r\n`)
      return `GET ${path} HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\n${lines.join('')}\r\n`
    },
  }
}

function sendOnce(options: object, body?: string): Promise<Omit<Answer, 'took'>> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', agent, ...options }, (res) => {
      const { statusCode: status = 0, headers } = res
      let text = ''
      res.setEncoding('utf8')
      res.on('data', (part: string) => {
        text += part
      })
      res.on('end', () => resolve({ status, headers, text }))
    })
    // A kept connection may be closed by the server at the moment it is used again.
    sent.on('error', (error) =>
      sent.reusedSocket ? resolve(sendOnce(options, body)) : reject(error),
    )
    sent.end(body)
  })
}

function describeForm(body: string) {
  return {
    'content-type': 'application/x-www-form-urlencoded',
    'content-length': Buffer.byteLength(body),
  }
}

function readToken(html: string): string {
  return /name="_csrf" value="([^"]*)"/.exec(html)?.[1] ?? ''
}
