import { once } from 'node:events'
import { type AddressInfo, connect } from 'node:net'
import express, { type Request } from 'express'
import { expect, onTestFinished, test } from 'vitest'
import { clientOf } from '../../src/http/visit.ts'

test('a client that has hung up before it is asked about is known to have hung up', async () => {
  const app = express()
  const gone = new Promise<Request>((resolve) => {
    app.get('/', (req, res) => void res.once('close', () => resolve(req)))
  })
  const server = app.listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await once(server, 'listening')
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
  socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')
  server.once('request', () => socket.destroy())

  expect(clientOf(await gone).signal.aborted).toBe(true)
})
