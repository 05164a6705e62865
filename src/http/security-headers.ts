import type { RequestHandler } from 'express'
import helmet from 'helmet'
import { days, seconds } from '../durations.ts'

/** Takes whether APP_URL is https; returns the middleware that puts the same headers on every answer. */
export function securityHeaders(isSecure: boolean): RequestHandler[] {
  return [setHelmetHeaders(isSecure), setOtherHeaders]
}

function setHelmetHeaders(isSecure: boolean): RequestHandler {
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

// no-store is the default, so that a new page is private until somebody decides otherwise;
// public files set their own.
const setOtherHeaders: RequestHandler = (_req, res, next) => {
  res.set('Permissions-Policy', 'camera=(), geolocation=(), microphone=(), payment=(), usb=()')
  res.set('Cache-Control', 'no-store')
  next()
}
