// Which names of sounds an engine may give: those inside the sounds folder.

/** Whether `name` is relative and stays where it is: no absolute path, no way up, no drive, no scheme. */
export function isSoundFile(name: string): boolean {
  if (name === '' || /^[/\\]|[:\0]/.test(name)) return false
  return !name.split(/[/\\]/).includes('..')
}
