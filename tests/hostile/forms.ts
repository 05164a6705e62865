import type { TestApp } from '../support/app.ts'
import { readFieldNames } from '../support/html.ts'
import { forgetPassword } from '../support/journeys.ts'
import { listSitePages } from '../support/pages.ts'
import { type Person, register, userFields } from '../support/users.ts'

export type SiteForm = { action: string; fields: string[]; needsLogin: boolean }

/** Every form of a site, read off its pages. */
export async function readSiteForms(site: TestApp): Promise<SiteForm[]> {
  const [reader, visitor] = [await register(site), site.browse()]
  await visitor.visit(await forgetPassword(site, reader))
  const forms = listSitePages(site).filter(({ post }) => post)
  return Promise.all(
    forms.map(async ({ path, get, for: audience }) => {
      const needsLogin = audience === 'logged-in' || audience === 'fresh'
      const shown =
        get && (await (needsLogin ? reader.browser : visitor).visit(`${path}?next=%2Faccount`))
      const fields = shown ? readFieldNames(shown.text, path) : []
      return { action: path, needsLogin, fields: fields.filter((name) => name !== '_csrf') }
    }),
  )
}

const NEW_PASSWORD = 'mauve otter gantry'

/** The values with which a form goes through, so that one of them can be replaced. A form that is not named is sent with that one alone. */
export function rightFields({ action }: SiteForm, person: Person): Record<string, string> {
  const { username, email, password } = person
  const right: Record<string, Record<string, string>> = {
    '/register': userFields({ password: NEW_PASSWORD }),
    '/login': { username, password },
    '/forgot-password': { email },
    '/resend-verification': { email },
    '/reauthenticate': { password },
    '/account': { name: username, username, email },
    '/account/delete': { username },
  }
  return right[action] ?? {}
}
