import { describe, expect, test } from 'vitest'
import { compareModels } from '../../prisma/compare-models.ts'
import { hasPostgresql, testServer } from '../support/template-database.ts'

describe('the migrations', () => {
  test('lead to the models on SQLite', async () => {
    expect(await compareModels('sqlite', testServer)).toBeNull()
  })

  test.runIf(hasPostgresql)('lead to the models on PostgreSQL', async () => {
    expect(await compareModels('postgresql', testServer)).toBeNull()
  })
})
