import type { Page } from '../../src/http/page.ts'
import { listHealthChecks, listPages } from '../../src/pages/pages.ts'
import type { TestApp } from './app.ts'

export const UNKNOWN_ID = '0e4f6e2e-6a86-4b3f-9a47-0d6d2f4c9f10'

/** Every page of an application, with an id that exists nowhere in its path, so that no test has to know of a new page. */
export function listSitePages({ services }: Pick<TestApp, 'services'>): Page[] {
  const pages = [...listHealthChecks(services), ...listPages(services)]
  return pages.map((page) => ({ ...page, path: page.path.replace(/:\w+/g, UNKNOWN_ID) }))
}
