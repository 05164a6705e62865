import { createMailbox } from './mailbox.ts'
import { createSender, type SenderOptions } from './sender.ts'
import { createRenderer, type RenderOptions } from './templates.ts'
import { createMailTransport, type TransportOptions } from './transport.ts'

export type MailOptions = RenderOptions &
  TransportOptions &
  Pick<SenderOptions, 'database' | 'clock' | 'log' | 'doJob' | 'countDelivery'> & {
    isProduction: boolean
  }

export function createMail(options: MailOptions) {
  const { database, isProduction } = options
  const render = createRenderer(options)
  const transport = createMailTransport(options)
  return {
    sender: createSender({ ...options, transport, render, keepsSent: !isProduction }),
    /** Empty in production, where nothing is kept. */
    mailbox: createMailbox(database, render),
  }
}
