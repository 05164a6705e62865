import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import type { RequestHandler, Response } from 'express'
import helmet from 'helmet'
import { days, seconds } from '../durations.ts'

/** For which hosts browsers are to use only https. */
export type Hsts = 'subdomains' | 'host' | 'off'

/** Puts the same headers on every answer. */
export function securityHeaders(hsts: Hsts): RequestHandler {
  const headers = Object.entries(listSecurityHeaders(hsts))
  return (_req, res, next) => {
    for (const [name, value] of headers) res.setHeader(name, value)
    next()
  }
}

/** Lets a page show documents of this site in a frame. */
export function allowFrames(res: Response): void {
  res.set(CSP, `${res.get(CSP)};frame-src 'self'`)
}

/** Sends a document for a frame of this site: with style of its own, but without scripts and forms. Its links open elsewhere. */
export function sendFramed(res: Response, html: string): void {
  // A frame has an opaque origin, which Chromium complains of.
  res.removeHeader('Origin-Agent-Cluster')
  res
    .set({ [CSP]: FRAMED, 'X-Frame-Options': 'SAMEORIGIN' })
    .type('html')
    .send(html)
}

const CSP = 'Content-Security-Policy'

const FRAMED =
  "default-src 'none';style-src 'unsafe-inline';base-uri 'none';form-action 'none';frame-ancestors 'self';sandbox allow-popups allow-popups-to-escape-sandbox"

/** Also for answers that never meet Express. */
export function listSecurityHeaders(hsts: Hsts): Record<string, string> {
  // Helmet sets headers on a response only, and the same on every one.
  const res = new ServerResponse(new IncomingMessage(new Socket()))
  configureHelmet(hsts)(res.req, res, () => {})
  const ofHelmet = Object.entries(res.getHeaders()).map(([name, value]) => [name, String(value)])
  return {
    ...Object.fromEntries(ofHelmet),
    'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
    // The default, so that a new page is private; public files set their own.
    'cache-control': 'no-store',
  }
}

function configureHelmet(hsts: Hsts) {
  return helmet({
    contentSecurityPolicy: { useDefaults: false, directives: CONTENT_SECURITY_POLICY },
    crossOriginEmbedderPolicy: false,
    crossOriginOpenerPolicy: { policy: 'same-origin' },
    crossOriginResourcePolicy: { policy: 'same-origin' },
    // Under no-referrer a browser sends "Origin: null" with our own forms, and the CSRF check would refuse them.
    referrerPolicy: { policy: 'same-origin' },
    strictTransportSecurity: hsts !== 'off' && {
      maxAge: days(365) / seconds(1),
      includeSubDomains: hsts === 'subdomains',
    },
    xFrameOptions: { action: 'deny' },
  })
}

const CONTENT_SECURITY_POLICY = {
  defaultSrc: ["'none'"],
  scriptSrc: ["'self'"],
  styleSrc: ["'self'"],
  imgSrc: ["'self'"],
  // No script of ours asks for anything, but Chromium's checks read robots.txt in the name of the page.
  connectSrc: ["'self'"],
  objectSrc: ["'none'"],
  baseUri: ["'none'"],
  formAction: ["'self'"],
  frameAncestors: ["'none'"],
}
