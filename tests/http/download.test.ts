import express from 'express'
import request from 'supertest'
import { describe, expect, test } from 'vitest'
import { sendDownload } from '../../src/http/download.ts'

async function* breakHalfway() {
  yield 'half of'
  throw new Error('The database is gone')
}

describe('sendDownload', () => {
  test('cuts off what cannot be finished, so that half a file never passes for a whole one', async () => {
    const errors: string[] = []
    const app = express()
    app.get('/', (_req, res) => sendDownload(res, 'account.json', breakHalfway()))
    const onError: express.ErrorRequestHandler = (error, _req, _res, _next) =>
      void errors.push(error.message)
    app.use(onError)

    await expect(request(app).get('/')).rejects.toThrow()

    expect(errors).toEqual(['The database is gone'])
  })
})
