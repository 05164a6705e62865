import { pathToFileURL } from 'node:url'
import { resolveInProject } from '../project.ts'
import { value } from './values.ts'

/** The origin of a site: an equal spelling, such as with `:443`, is read as the one that browsers send. */
export const origin = value(findOriginProblem, (text) => new URL(text).origin)

export const databaseUrl = value(
  (text) => (text.startsWith('file:') ? findFileProblem(text) : findServerProblem(text)),
  (text) => (text.startsWith('file:') ? resolveFile(text) : text),
)

export const smtpUrl = value(findSmtpProblem, (text) => text)

function findOriginProblem(text: string): string | null {
  if (!/^https?:\/\//i.test(text)) return 'must start with https:// or http://'
  if (/\s/.test(text)) return 'must not contain spaces or line breaks'
  if (!URL.canParse(text)) return 'is not a URL: check host and port'
  const { username, password, hostname, pathname, search, hash } = new URL(text)
  if (username || password) return 'must not contain a user name or a password'
  if (!/^([\w.-]+|\[.*\])$/.test(hostname)) return 'must name one host'
  if (pathname !== '/') return 'must end after host and port: remove the path'
  if (search || hash) return 'must end after host and port: remove what begins with ? or #'
  return null
}

function findFileProblem(text: string): string | null {
  const path = withoutQuery(text).slice('file:'.length)
  if (/^(.*\/)?\.{0,2}$/.test(path)) return 'must name a file after file:'
  if (path === ':memory:') return 'must name a file: a database in memory ends with each connection'
  if (path.startsWith('~')) return 'must name the whole path, without ~'
  if (!path.startsWith('//')) return null
  if (!/^\/\/(localhost)?\//.test(path)) return 'must have no slash or three slashes after file:'
  return /#|%2f|%(?![\da-f]{2})/i.test(path)
    ? 'must write # as %23 and % as %25 after file://'
    : null
}

// Prisma's own URLs of SQLite files may have a query, such as ?connection_limit=1.
function withoutQuery(text: string): string {
  return text.replace(/\?.*$/s, '')
}

function resolveFile(text: string): string {
  const path = withoutQuery(text)
  if (path.startsWith('file://')) return path
  return pathToFileURL(resolveInProject(path.slice('file:'.length))).href
}

function findServerProblem(text: string): string | null {
  if (!/^postgres(ql)?:\/\//.test(text)) return 'must start with file: or postgresql://'
  return findCredentialsProblem(text)
}

function findSmtpProblem(text: string): string | null {
  if (!/^smtps?:\/\//.test(text)) return 'must start with smtp:// or smtps://'
  const problem = findCredentialsProblem(text)
  if (problem) return problem
  const { hostname, pathname } = new URL(text)
  if (hostname === '') return 'must name a host'
  return pathname.length > 1 ? `must end after host and port: ${ENCODE}` : null
}

const ENCODE =
  'in the user name and the password, write @ as %40, # as %23, / as %2F, ? as %3F and % as %25'

// An unescaped / ? or # of a password ends the host there: what follows, up to the real @, is taken
// for a path, and the mail or the login goes to another host.
function findCredentialsProblem(text: string): string | null {
  const [, behindHost = ''] = /^\w+:\/\/[^/?#]*(.*)$/s.exec(text) ?? []
  if (/\s/.test(text)) return 'must not contain spaces: write a space as %20'
  if (/[@#]/.test(behindHost) || /%(?![\da-f]{2})/i.test(text) || !URL.canParse(text)) {
    return `is not a URL with one host: ${ENCODE}`
  }
  return null
}
