import { isIPv4, isIPv6, SocketAddress } from 'node:net'
import type { Request, RequestHandler } from 'express'
import { memoize } from '../memoize.ts'

/** Gives `req.ip` one spelling, which stays readable after the connection is gone. Where a proxy wrote no IP, it is that of the proxy. */
export const readClientIp: RequestHandler = (req, _res, next) => {
  const nearer = [...req.ips, req.socket.remoteAddress ?? '']
  const value = nearer.map(parseIp).find((ip) => ip !== null)
  Object.defineProperty(req, 'ip', { value })
  next()
}

/** Reads an IP as sockets and proxies write it: with a port, in brackets, with a zone, IPv4 as IPv6. */
export const parseIp = memoize((text: string): string | null => {
  const bare = text.replace(/^\[(.*)\](:\d+)?$/, '$1').replace(/^(.*\.\d+):\d+$/, '$1')
  if (isIPv4(bare)) return bare
  if (!isIPv6(bare)) return null
  const { address } = new SocketAddress({ address: bare, family: 'ipv6' })
  return address.replace(/^::ffff:(?=[\d.]+$)/, '')
})

/** The network of the client: its IPv4, or its /64, because one household or server has all of a /64. */
export function networkOf(req: Request): string {
  return networkOfIp(req.ip ?? '')
}

/** The network of an IP that `parseIp` has read. */
export const networkOfIp = memoize((ip: string): string => {
  if (!ip.includes(':')) return ip
  const [left, right] = ip.split('::').map((part) => part.split(':'))
  const missing = 8 - (left?.length ?? 0) - (right?.length ?? 0)
  const groups = [...(left ?? []), ...Array<string>(missing).fill(''), ...(right ?? [])]
  return groups
    .slice(0, 4)
    .map((group) => group || '0')
    .join(':')
})
