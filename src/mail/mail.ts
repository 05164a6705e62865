import { createMailbox, type Mailbox } from './mailbox.ts'
import { createSender, type Sender, type SenderOptions } from './sender.ts'
import { createRenderer, type RenderOptions } from './templates.ts'
import { createMailTransport, type TransportOptions } from './transport.ts'

export type MailOptions = RenderOptions &
  TransportOptions &
  Pick<SenderOptions, 'database' | 'clock' | 'log' | 'doJob' | 'countDelivery'> & {
    isProduction: boolean
  }

export type Mail = {
  sender: Sender
  /** Empty in production, where nothing is kept. */
  mailbox: Mailbox
}

export function createMail(options: MailOptions): Mail {
  const { database, isProduction } = options
  const render = createRenderer(options)
  const transport = createMailTransport(options)
  return {
    sender: createSender({ ...options, transport, render, keepsSent: !isProduction }),
    mailbox: createMailbox(database, render),
  }
}
