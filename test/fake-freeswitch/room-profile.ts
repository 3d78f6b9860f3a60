// What a room is opened with: the profiles of the switch's conferences, and what stands behind the name in the
// argument of the application.

/** Of a conference, as far as people hear it. */
export interface RoomProfile {
  /** Hold music while somebody is alone. */
  music: boolean
}

export type RoomProfiles = Readonly<Record<string, RoomProfile>>

export interface RoomRequest {
  name: string
  profile: string
  flags: readonly string[]
}

const NAME = /^([^@+]+)(?:@([^+]+))?(?:\+(?!flags)[^+]*)?(?:\+flags\{([^}]*)\})?/

/** `name@profile+pin+flags{a|b}` */
export function readRoomRequest(data: string): RoomRequest {
  const [, name = data, profile = 'default', flags = ''] = NAME.exec(data) ?? []
  return { name, profile, flags: flags.split(/[|,]/).filter(flag => flag !== '') }
}

/** What `xml_locate configuration configuration name conference.conf` answers. */
export function conferenceDocument(profiles: RoomProfiles): string {
  const each = Object.entries(profiles).map(([name, { music }]) => {
    const params = [
      ['domain', '127.0.0.1'],
      ['rate', '8000'],
      ['interval', '20'],
      ...(music ? [['moh-sound', 'local_stream://moh']] : []),
    ]
    const lines = params.map(([key, value]) => `      <param name="${key}" value="${value}"></param>\n`)
    return `    <profile name="${name}">\n${lines.join('')}    </profile>\n`
  })
  return (
    '<configuration name="conference.conf" description="Audio Conference">\n' +
    '  <caller-controls>\n    <group name="none"></group>\n  </caller-controls>\n' +
    `  <profiles>\n${each.join('')}  </profiles>\n</configuration>\n`
  )
}
