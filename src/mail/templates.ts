import nunjucks from 'nunjucks'
import { formatTime } from '../clock.ts'
import { formatDuration } from '../durations.ts'
import { resolveInProject } from '../project.ts'
import { english } from '../words/catalogue.ts'
import { readText } from '../words/words.ts'
import { endOfUse, KINDS, type Message } from './messages.ts'

/** An email, ready to send; link is the one URL in it. */
export type MailText = { subject: string; text: string; html: string; link: string }

export type Render = (message: Message, writtenAt: Date) => MailText

export type RenderOptions = {
  appName: string
  appUrl: string
  /** Whether templates are compiled once, rather than for each message. */
  keepsViews?: boolean
  linkUrl: (linkId: string, path: string) => string
}

export function createRenderer(options: RenderOptions): Render {
  const noCache = options.keepsViews === false
  const text = openTemplates({ autoescape: false, noCache })
  const html = openTemplates({ autoescape: true, noCache })
  return (message, writtenAt) => {
    const context = { ...describe(message, writtenAt, options), appName: options.appName }
    const template = `mail/${message.template}.njk`
    return {
      subject: context.subject,
      text: text.render(template, { ...context, layout: 'mail/layout.text.njk' }),
      html: html.render(template, { ...context, layout: 'mail/layout.html.njk' }),
      link: context.url,
    }
  }
}

function openTemplates({ autoescape, noCache }: Record<'autoescape' | 'noCache', boolean>) {
  const loader = new nunjucks.FileSystemLoader(resolveInProject('views'), { noCache })
  const templates = new nunjucks.Environment(loader, { autoescape, throwOnUndefined: true })
  return templates.addFilter('when', (time: string | Date) => formatTime(new Date(time)))
}

function describe(message: Message, writtenAt: Date, { appUrl, linkUrl }: RenderOptions) {
  const { subject, path, lasts } = KINDS[message.template]
  const linkId = ('linkId' in message && message.linkId) || null
  return {
    ...message,
    ...cleanWords(message),
    ...('words' in message && { words: english.say(readText(message.words)) }),
    subject,
    url: linkId === null ? appUrl + (lasts === null ? path : '/') : linkUrl(linkId, path),
    linkId,
    lasts: linkId && lasts && formatDuration(lasts),
    until: linkId && endOfUse(message.template, writtenAt),
  }
}

// A registration with the email of another person makes us write to them: a name, or a browser's name for
// itself, must not make that an advertisement with a link to click on.
function cleanWords(message: Message) {
  return {
    name: withoutLinks(message.name),
    ...('browser' in message && { browser: withoutLinks(message.browser) }),
    ...('newEmail' in message && { newEmail: plainText(message.newEmail) }),
  }
}

// On one line, without characters that turn the direction of the words around it.
function plainText(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gu, ' ').trim()
}

const LONGEST_NAME = 60

// Null if it is longer than a name, or a mail program could make a link of it.
function withoutLinks(text: string): string | null {
  const plain = plainText(text)
  const isLinkLike = /[:/\\@<>]|\.[^\s.]|www/iu.test(plain)
  return isLinkLike || [...plain].length > LONGEST_NAME ? null : plain
}
