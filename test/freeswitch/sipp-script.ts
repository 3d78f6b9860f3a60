// What an independent phone does in a call, written as scenarios of SIPp: the messages of a caller who has no FreeSWITCH in them.

export interface SippCall {
  /** The extension that is dialled. */
  to: string
  /** As it stands in the From header, one character per byte. */
  displayName: string
  headers: Readonly<Record<string, string>>
  steps: readonly SippStep[]
}

export type SippStep =
  /** Waits for the answer and acknowledges it. */
  | { do: 'isAnswered' }
  | { do: 'waits'; ms: number }
  /** Raw mu-law, sent in packets of 20 ms. */
  | { do: 'plays'; path: string }
  | { do: 'hangsUp' }
  /** Gives up while it rings. */
  | { do: 'cancels' }

export function sippScript(call: SippCall): string {
  return `<?xml version="1.0" encoding="ISO-8859-1"?>
<scenario name="caller">
${send(invite(call), 'retrans="500"')}
<recv response="100" optional="true"/>
${call.steps.map(step => stepXml(step, call)).join('\n')}
</scenario>
`
}

function stepXml(step: SippStep, call: SippCall): string {
  switch (step.do) {
    case 'isAnswered':
      return `<recv response="180" optional="true"/><recv response="183" optional="true"/>
<recv response="200" rtd="true"/>
${send(request('ACK', call, 1))}`
    case 'waits':
      return `<pause milliseconds="${step.ms}"/>`
    case 'plays':
      return `<nop><action><exec rtp_stream="${step.path},1,0"/></action></nop>`
    case 'hangsUp':
      return `${send(request('BYE', call, 2), 'retrans="500"')}
<recv response="200"/>`
    case 'cancels':
      return `<recv response="180"/>
${send(request('CANCEL', call, 1, 'INVITE'), 'retrans="500"')}
<recv response="200"/><recv response="487"/>
${send(request('ACK', call, 1, 'INVITE'))}`
  }
}

function send(message: string, attributes = ''): string {
  return `<send ${attributes}><![CDATA[\n\n${message}\n]]></send>`
}

function invite(call: SippCall): string {
  const headers = Object.entries(call.headers).map(([name, value]) => `${name}: ${value}\n`)
  return `INVITE sip:${call.to}@[remote_ip]:[remote_port] SIP/2.0
${common(call, '', 1, 'INVITE')}${headers.join('')}Content-Type: application/sdp
Content-Length: [len]

v=0
o=phone 1 1 IN IP4 [local_ip]
s=-
c=IN IP4 [media_ip]
t=0 0
m=audio [rtpstream_audio_port] RTP/AVP 0
a=rtpmap:0 PCMU/8000
a=ptime:20
`
}

/** CANCEL and the acknowledgement of a refusal belong to the transaction of the INVITE. */
function request(method: string, call: SippCall, cseq: number, transaction = method): string {
  const line = `${method} sip:${call.to}@[remote_ip]:[remote_port] SIP/2.0`
  const to = method === 'CANCEL' ? '' : '[peer_tag_param]'
  return `${line}\n${common(call, to, cseq, method, transaction)}Content-Length: 0\n`
}

function common(
  { to, displayName }: SippCall,
  peer: string,
  cseq: number,
  method: string,
  transaction = method,
): string {
  return `Via: SIP/2.0/UDP [local_ip]:[local_port];branch=z9hG4bK-[pid]-[call_number]-${transaction}
From: "${displayName}" <sip:+15550123@[local_ip]:[local_port]>;tag=[pid]-[call_number]
To: <sip:${to}@[remote_ip]:[remote_port]>${peer}
Call-ID: [call_id]
CSeq: ${cseq} ${method}
Contact: <sip:phone@[local_ip]:[local_port]>
Max-Forwards: 70
`
}
