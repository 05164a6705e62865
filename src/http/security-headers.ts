import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import type { RequestHandler } from 'express'
import helmet from 'helmet'
import { days, seconds } from '../durations.ts'

/** Takes whether APP_URL is https; returns the middleware that puts the same headers on every answer. */
export function securityHeaders(isSecure: boolean): RequestHandler {
  const headers = listSecurityHeaders(isSecure)
  return (_req, res, next) => {
    res.set(headers)
    next()
  }
}

/** Takes whether APP_URL is https; returns those headers, also for answers that never meet Express. */
export function listSecurityHeaders(isSecure: boolean): Record<string, string> {
  // Helmet only speaks to a response, and says the same to every one.
  const res = new ServerResponse(new IncomingMessage(new Socket()))
  configureHelmet(isSecure)(res.req, res, () => {})
  const ofHelmet = Object.entries(res.getHeaders()).map(([name, value]) => [name, String(value)])
  return {
    ...Object.fromEntries(ofHelmet),
    'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
    // The default, so that a new page is private until somebody decides otherwise; public files set their own.
    'cache-control': 'no-store',
  }
}

function configureHelmet(isSecure: boolean) {
  return helmet({
    contentSecurityPolicy: { useDefaults: false, directives: CONTENT_SECURITY_POLICY },
    crossOriginEmbedderPolicy: false,
    crossOriginOpenerPolicy: { policy: 'same-origin' },
    crossOriginResourcePolicy: { policy: 'same-origin' },
    // Under no-referrer a browser sends "Origin: null" with our own forms, and the CSRF check would refuse them.
    referrerPolicy: { policy: 'same-origin' },
    strictTransportSecurity: isSecure && {
      maxAge: days(730) / seconds(1),
      includeSubDomains: true,
    },
    xFrameOptions: { action: 'deny' },
  })
}

const CONTENT_SECURITY_POLICY = {
  defaultSrc: ["'none'"],
  scriptSrc: ["'self'"],
  styleSrc: ["'self'"],
  imgSrc: ["'self'"],
  connectSrc: ["'none'"],
  objectSrc: ["'none'"],
  baseUri: ["'none'"],
  formAction: ["'self'"],
  frameAncestors: ["'none'"],
}
