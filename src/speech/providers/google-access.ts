// How a Google client gets in: host, channel and credentials. Google's own lookup of credentials is used only
// where no key file is named, because it probes the network, prints deprecation lines and fails outside of
// any promise we hold.

import { createPrivateKey } from 'node:crypto'
import type { AuthClient } from 'google-auth-library'
import type { ClientOptions } from 'google-gax'
import type { Files } from '../../lib/files.ts'
import { SpeechFault } from '../fault.ts'

/** Where and as whom Google is asked. */
export interface GoogleAccess {
  /** Key file of a service account (or `authorized_user`); absent: application default credentials. */
  keyFile?: string | undefined
  /** Absent: the key file's. */
  projectId?: string | undefined
  /** Google's region, e.g. `eu`; it decides the host. `global` when absent. */
  location?: string | undefined
  /** `host:port` instead of Google's own, for proxies and local servers. */
  endpoint?: string | undefined
  /** No TLS and no credentials: local servers only. */
  insecure?: boolean | undefined
}

export interface ResolvedAccess {
  options: ClientOptions
  projectId: string | undefined
}

const SCOPE = 'https://www.googleapis.com/auth/cloud-platform'
const UNIVERSE = 'googleapis.com'
/** Stands in for a project at a local server, which does not look at it. */
const LOCAL_PROJECT = 'local'

/**
 * Client options for `service` (`speech`, `texttospeech`). Rejects with a permanent SpeechFault in one clear
 * sentence.
 */
export async function resolveAccess(
  provider: string,
  service: string,
  access: GoogleAccess,
  files: Files,
): Promise<ResolvedAccess> {
  const options: ClientOptions = {
    ...hostOf(provider, service, access),
    universeDomain: UNIVERSE,
    fallback: false,
    // Clients with equal options share one connection otherwise, and a connection carries about 100 calls.
    'grpc.use_local_subchannel_pool': 1,
  } as ClientOptions
  if (access.insecure) {
    const [{ grpc }, { PassThroughClient }] = await Promise.all([
      import('google-gax'),
      import('google-auth-library'),
    ])
    // The pass-through client keeps the library from looking for credentials, on this machine and in the
    // network.
    Object.assign(options, {
      sslCreds: grpc.credentials.createInsecure(),
      authClient: new PassThroughClient(),
    })
    return { options, projectId: access.projectId ?? LOCAL_PROJECT }
  }
  if (access.keyFile === undefined) return defaultCredentials(provider, options, access)
  const key = await readKey(provider, access.keyFile, files)
  options.authClient = await authClientFor(provider, access.keyFile, key)
  return {
    options,
    projectId: access.projectId ?? textIn(key, 'project_id') ?? textIn(key, 'quota_project_id'),
  }
}

function hostOf(
  provider: string,
  service: string,
  access: GoogleAccess,
): { apiEndpoint: string; port?: number } {
  const { endpoint, location = 'global' } = access
  if (endpoint === undefined) {
    return { apiEndpoint: `${location === 'global' ? '' : `${location}-`}${service}.${UNIVERSE}` }
  }
  const parts = /^(\[[\da-f:]+\]|[\w.-]+)(?::(\d{1,5}))?$/i.exec(endpoint)
  if (!parts?.[1]) throw new SpeechFault(provider, 'permanent', 'the endpoint is not of the form host:port')
  return { apiEndpoint: parts[1], port: Number(parts[2] ?? 443) }
}

async function defaultCredentials(
  provider: string,
  options: ClientOptions,
  access: GoogleAccess,
): Promise<ResolvedAccess> {
  const { GoogleAuth } = await import('google-auth-library')
  const auth = new GoogleAuth({ scopes: [SCOPE] })
  try {
    options.authClient = await auth.getClient()
    return { options, projectId: access.projectId ?? (await auth.getProjectId()) }
  } catch (cause) {
    const message = 'no key file is configured and no usable default credentials were found'
    throw new SpeechFault(provider, 'permanent', message, { cause })
  }
}

type Key = Record<string, unknown>

async function readKey(provider: string, path: string, files: Files): Promise<Key> {
  const content = await files.readFile(path).catch(cause => {
    const code = (cause as NodeJS.ErrnoException).code ?? 'unknown error'
    throw new SpeechFault(provider, 'permanent', `the key file ${path} cannot be read (${code})`, { cause })
  })
  try {
    const key: unknown = JSON.parse(content.toString('utf8'))
    if (typeof key === 'object' && key !== null) return key as Key
  } catch {
    // The parser's message quotes the file, and with it the secret: it is not passed on.
  }
  throw new SpeechFault(provider, 'permanent', `the key file ${path} is not a JSON object`)
}

async function authClientFor(provider: string, path: string, key: Key): Promise<AuthClient> {
  const { JWT, UserRefreshClient } = await import('google-auth-library')
  const refuse = (why: string) => new SpeechFault(provider, 'permanent', `the key file ${path} ${why}`)
  if (key.type === 'authorized_user') {
    const clientId = textIn(key, 'client_id')
    const clientSecret = textIn(key, 'client_secret')
    const refreshToken = textIn(key, 'refresh_token')
    if (!clientId || !clientSecret || !refreshToken)
      throw refuse('lacks a client id, client secret or refresh token')
    return new UserRefreshClient({ clientId, clientSecret, refreshToken })
  }
  if (key.type !== 'service_account') throw refuse('is not of type service_account or authorized_user')
  const email = textIn(key, 'client_email')
  const privateKey = textIn(key, 'private_key')
  const keyId = textIn(key, 'private_key_id')
  if (!email || !privateKey) throw refuse('lacks client_email or private_key')
  try {
    createPrivateKey(privateKey)
  } catch {
    throw refuse('holds a private key that cannot be decoded')
  }
  // With this client Google's library signs its tokens itself: no token server is asked before the first call.
  return new JWT({ email, key: privateKey, scopes: [SCOPE], ...(keyId && { keyId }) })
}

function textIn(key: Key, name: string): string | undefined {
  const value = key[name]
  return typeof value === 'string' && value !== '' ? value : undefined
}
