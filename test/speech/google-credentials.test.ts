import { execFile, execFileSync } from 'node:child_process'
import { generateKeyPairSync, verify } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { encodeWav } from '../../src/audio/wav.ts'
import { diskFiles } from '../../src/lib/files.ts'
import { resolveAccess } from '../../src/speech/providers/google-access.ts'
import { googleFault } from '../../src/speech/providers/google-fault.ts'
import { GoogleRecognizer } from '../../src/speech/providers/google-recognizer.ts'
import { GoogleSynthesizer } from '../../src/speech/providers/google-synthesizer.ts'
import { ManualClock } from '../fakes/manual-clock.ts'
import { Heard } from './heard.ts'
import { grpcError, startScriptedGoogle } from './scripted-google.ts'

const pair = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
})
const account = {
  type: 'service_account',
  project_id: 'from-the-key',
  private_key_id: 'k1',
  private_key: pair.privateKey,
  client_email: 'parley@example.iam.gserviceaccount.com',
}

let folder: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'parley-google-'))
})

afterAll(() => {
  rmSync(folder, { recursive: true })
})

function file(name: string, content: string): string {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}

interface Outcome {
  json: { warm: string; hearing: string; spoken: string }
  stderr: string
}

/** Nothing of this machine's environment, so that no credentials are found. */
function runChild(
  endpoint: string,
  keyFile: string | undefined,
  env: Record<string, string>,
): Promise<Outcome> {
  const script = join(import.meta.dirname, 'google-child.ts')
  const args = keyFile === undefined ? [script, endpoint] : [script, endpoint, keyFile]
  const options = { env: { HOME: folder, METADATA_SERVER_DETECTION: 'none', ...env } }
  return new Promise((resolve, reject) => {
    execFile(process.execPath, args, options, (error, stdout, stderr) => {
      if (error) reject(error)
      else resolve({ json: JSON.parse(stdout), stderr })
    })
  })
}

describe('a key file', () => {
  const spoilt: [string, string | undefined, RegExp][] = [
    ['that is missing', undefined, /cannot be read \(ENOENT\)/],
    ['that is no JSON', '{"private_key": "s3cret', /is not a JSON object/],
    ['of a kind that is not known', '{"type":"external_account"}', /not of type/],
    ['without an address', JSON.stringify({ ...account, client_email: '' }), /lacks client_email/],
    ['with a spoilt key', JSON.stringify({ ...account, private_key: 's3cret' }), /cannot be decoded/],
  ]

  test.each(spoilt)(
    '%s is one permanent fault in one sentence, however it is met',
    async (name, content, sentence) => {
      const keyFile = content === undefined ? join(folder, 'nowhere.json') : file(`${name}.json`, content)
      const rejections: unknown[] = []
      const note = (error: unknown) => rejections.push(error)
      process.on('unhandledRejection', note)
      const access = { name: 'g', keyFile, endpoint: 'localhost:1' }
      const recognizer = new GoogleRecognizer(access, new ManualClock(), diskFiles)
      const synthesizer = new GoogleSynthesizer(access, new ManualClock(), diskFiles)
      const fault = { name: 'SpeechFault', kind: 'permanent', message: expect.stringMatching(sentence) }

      await expect(recognizer.warmUp()).rejects.toMatchObject(fault)
      const heard = new Heard()
      recognizer.recognize({ language: 'en-US', sampleRate: 8000, hints: [], expect: 'open' }, heard.hear)
      expect(await heard.end()).toMatchObject({ type: 'failed', fault })
      const request = { text: 'Hello.', language: 'en-US', voice: '' }
      const spoken = synthesizer.synthesize(request, new AbortController().signal)
      await expect(spoken).rejects.toMatchObject(fault)
      await expect(spoken).rejects.not.toThrow(/s3cret/)
      await Promise.all([recognizer.close(), synthesizer.close()])
      await new Promise(resolve => setImmediate(resolve))
      process.off('unhandledRejection', note)
      expect(rejections).toEqual([])
    },
  )

  test('that is put right works without a restart', async () => {
    const server = await startScriptedGoogle()
    const access = { name: 'g', endpoint: 'localhost:1', keyFile: join(folder, 'late.json'), insecure: false }
    const recognizer = new GoogleRecognizer(access, new ManualClock(), diskFiles)
    await expect(recognizer.warmUp()).rejects.toMatchObject({ kind: 'permanent' })
    file('late.json', JSON.stringify(account))
    const heard = new Heard()
    recognizer.recognize({ language: 'en-US', sampleRate: 8000, hints: [], expect: 'open' }, heard.hear)
    expect(await heard.end()).toMatchObject({ type: 'failed', fault: { kind: 'transient' } }) // nobody is there
    await recognizer.close()
    server.stop()
  })
})

test.each([
  [{}, 'speech.googleapis.com', undefined],
  [{ location: 'eu' }, 'eu-speech.googleapis.com', undefined],
  [{ location: 'eu', endpoint: 'proxy.lan:8443' }, 'proxy.lan', 8443],
  [{ endpoint: '[::1]:50051' }, '[::1]', 50_051],
])('%j is the host %s', async (access, apiEndpoint, port) => {
  const { options } = await resolveAccess('g', 'speech', { ...access, insecure: true }, diskFiles)
  expect(options).toMatchObject({ apiEndpoint, universeDomain: 'googleapis.com' })
  expect(options.port).toBe(port)
})

test.each([
  [
    'Getting metadata from plugin failed with error: error:1E08010C:DECODER routines::unsupported',
    'permanent',
  ],
  ['Getting metadata from plugin failed with error: connect ECONNREFUSED 127.0.0.1:443', 'transient'],
  ['Something else', 'transient'],
])('code 2 with "%s" is %s', (details, kind) => {
  expect(googleFault('g', grpcError(2, details))).toMatchObject({ kind })
})

test('what Google says is cut short and printable', () => {
  const { message } = googleFault('g', grpcError(3, `bad\n\u0007${'x'.repeat(1000)}`))
  expect(message).toMatch(/^g: code 3: bad x{196}$/)
})

test('an endpoint that is none is a permanent fault', async () => {
  const access = { name: 'g', endpoint: 'http://x/y', insecure: true }
  const recognizer = new GoogleRecognizer(access, new ManualClock(), diskFiles)
  await expect(recognizer.warmUp()).rejects.toMatchObject({ kind: 'permanent' })
})

describe('in a process of its own', () => {
  test('without any credentials both adapters fail in one clear sentence, and the process lives', async () => {
    const { json, stderr } = await runChild('localhost:1', undefined, {})
    const sentence = 'g: no key file is configured and no usable default credentials were found'
    expect(json.warm).toBe(`SpeechFault permanent ${sentence}`)
    expect(json.hearing).toBe(json.warm)
    expect(json.spoken).toBe(json.warm)
    expect(stderr).toBe('')
  })

  test('over TLS every call carries a token signed by the key file, and the console stays silent', async () => {
    const [key, cert] = [join(folder, 'tls.key'), join(folder, 'tls.pem')]
    const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost']
    const request = [
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-days',
      '2',
      '-keyout',
      key,
      '-out',
      cert,
    ]
    execFileSync('openssl', [...request, ...subject], { stdio: 'ignore' })
    const tokens: string[] = []
    const server = await startScriptedGoogle({
      tls: { key: readFileSync(key), cert: readFileSync(cert) },
      synthesize: async ({ metadata }) => {
        tokens.push(String(metadata.get('authorization')[0]))
        return encodeWav(new Int16Array(80), 8000)
      },
    })
    const answered = server.nextStream().then(async stream => {
      await stream.until(({ state }) => state === 'half-closed')
      tokens.push(String(stream.call.metadata.get('authorization')[0]))
      stream.respond({ text: 'hello', isFinal: true })
      stream.end()
      return stream.messages[0]?.recognizer
    })
    const keyFile = file('key.json', JSON.stringify(account))
    const env = { GRPC_DEFAULT_SSL_ROOTS_FILE_PATH: cert }
    const { json, stderr } = await runChild(`localhost:${server.port}`, keyFile, env)
    expect(json).toEqual({ warm: 'done', hearing: 'final', spoken: 'done' })
    expect(stderr).toBe('')
    expect(await answered).toBe('projects/from-the-key/locations/global/recognizers/_')
    expect(tokens).toHaveLength(2)
    for (const token of tokens) expectSigned(token)
    server.stop()
  })
})

function expectSigned(header: string): void {
  const [head = '', body = '', signature = ''] = header.replace(/^Bearer /, '').split('.')
  const claims = JSON.parse(Buffer.from(body, 'base64url').toString())
  expect(claims).toMatchObject({ iss: account.client_email, sub: account.client_email })
  expect(claims.scope).toBe('https://www.googleapis.com/auth/cloud-platform')
  const signed = Buffer.from(`${head}.${body}`)
  expect(verify('sha256', signed, pair.publicKey, Buffer.from(signature, 'base64url'))).toBe(true)
}
