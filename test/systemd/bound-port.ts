// A port as systemd holds it for a daemon: bound here, accepted from there. Node's own server would take
// the connections itself, so this uses the handle below it.

const LOOPBACK = '127.0.0.1'

interface TcpHandle {
  readonly fd: number
  bind(address: string, port: number): number
  getsockname(out: { port?: number }): number
  close(): void
}

interface TcpWrap {
  TCP: new (type: number) => TcpHandle
  constants: { SERVER: number }
}

export interface BoundPort {
  readonly port: number
  /**
   * To be passed to a child. Once a child has listened on it, calls wait there also while there is no
   * child.
   */
  readonly fd: number
  close(): void
}

/** A free port of loopback. It refuses until the first child listens. */
export function bindPort(): BoundPort {
  const { binding } = process as unknown as { binding(name: 'tcp_wrap'): TcpWrap }
  const { TCP, constants } = binding('tcp_wrap')
  const handle = new TCP(constants.SERVER)
  const name: { port?: number } = {}
  if (handle.bind(LOOPBACK, 0) !== 0 || handle.getsockname(name) !== 0 || !name.port)
    throw new Error('no port can be had')
  return { port: name.port, fd: handle.fd, close: () => handle.close() }
}
