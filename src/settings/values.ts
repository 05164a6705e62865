import { isIP } from 'node:net'
import { domainToASCII } from 'node:url'
import { z } from 'zod'

/** A value that `findProblem` refuses in words, or `read` converts. */
export const value = <T>(findProblem: (text: string) => string | null, read: (text: string) => T) =>
  z
    .string()
    .superRefine((text, context) => {
      const problem = findProblem(text)
      if (problem) context.addIssue(problem)
    })
    .transform(read)

export const wholeNumber = (least: number, most: number) =>
  value(
    (text) =>
      /^\d{1,9}$/.test(text) && Number(text) >= least && Number(text) <= most
        ? null
        : `must be a whole number from ${least} to ${most}, in digits only`,
    Number,
  )

export const oneOf = <const T extends readonly [string, ...string[]]>(...words: T) =>
  z.enum(words, `must be one of ${words.join(', ')}`)

export const host = value(findHostProblem, withoutBrackets)

export const secrets = value(
  (list) => splitSecrets(list).map(findSecretProblem).find(Boolean) ?? null,
  splitSecrets,
)

export const email = value(findEmailProblem, toAsciiDomain)

function findHostProblem(text: string): string | null {
  const name = withoutBrackets(text)
  if (isIP(name) || /^\w([\w.-]*\w)?$/.test(name)) return null
  if (text === '*') return 'must be 0.0.0.0 or :: to listen on every network'
  if (text.includes('://')) return 'must be an IP or a host name alone, without http://'
  if (/^(\[.*\]|[^:]*):\d+$/.test(text)) {
    return 'must be an IP or a host name alone: the port belongs into PORT'
  }
  return 'must be an IP or a host name'
}

// As a URL writes an IPv6.
function withoutBrackets(text: string): string {
  return text.replace(/^\[(.*)\]$/, '$1')
}

function splitSecrets(list: string): string[] {
  return list
    .split(/[,\r\n]+/)
    .map((secret) => secret.trim())
    .filter((secret) => secret !== '')
}

// Copied from an example, a placeholder would sign with what every reader of this project knows.
function findSecretProblem(secret: string): string | null {
  if (/^(change-me|the output of)/.test(secret)) return 'is still the placeholder'
  return secret.length < 32 ? 'needs 32 characters or more in each secret' : null
}

function findEmailProblem(text: string): string | null {
  if (/[<>\s"]/.test(text)) {
    return 'must be the email alone, without a name: mail carries the name of the site'
  }
  return z.regexes.html5Email.test(toAsciiDomain(text)) ? null : 'must be an email'
}

function toAsciiDomain(text: string): string {
  return text.replace(/[^@]*$/, domainToASCII)
}
