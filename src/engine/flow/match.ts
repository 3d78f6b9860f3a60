// Which of several ways on the caller means: pure, deterministic, and rather undecided than wrong.

/** A way on with the phrases that lead there, in comparable words. */
export interface Candidate {
  phrases: readonly (readonly string[])[]
  /** Ways with the same target do not compete. */
  target: string
  /** `state`: only here, and preferred. `global`: from everywhere. `weak`: only when nothing else fits. */
  reach: 'state' | 'global' | 'weak'
}

export type Match<C> = { kind: 'one'; candidate: C; words: number } | { kind: 'ambiguous' } | { kind: 'none' }

interface Score {
  /** How many words of the phrase were said: the more, the surer. */
  words: number
  /** Over how many words of the utterance they are spread: the fewer, the surer. */
  span: number
}

/** Most words win, then what the state itself offers, then the phrase said most closely together. */
export function match<C extends Candidate>(said: readonly string[], candidates: readonly C[]): Match<C> {
  let best: { candidate: C; score: Score } | undefined
  let tied = false
  for (const candidate of candidates) {
    const score = bestScore(said, candidate.phrases)
    if (!score) continue
    const order = best ? compare(candidate, score, best.candidate, best.score) : 1
    if (order > 0) {
      best = { candidate, score }
      tied = false
    } else if (order === 0 && candidate.target !== best?.candidate.target) tied = true
  }
  if (!best) return { kind: 'none' }
  return tied ? { kind: 'ambiguous' } : { kind: 'one', candidate: best.candidate, words: best.score.words }
}

/** Above 0 when `a` is the surer one. */
function compare(a: Candidate, aScore: Score, b: Candidate, bScore: Score): number {
  const isWeak = a.reach === 'weak'
  if (isWeak !== (b.reach === 'weak')) return isWeak ? -1 : 1
  if (aScore.words !== bScore.words) return aScore.words - bScore.words
  if (a.reach !== b.reach) return a.reach === 'state' ? 1 : -1
  return bScore.span - aScore.span
}

function bestScore(said: readonly string[], phrases: readonly (readonly string[])[]): Score | undefined {
  let best: Score | undefined
  for (const phrase of phrases) {
    const span = spanOf(said, phrase)
    if (span === undefined) continue
    const words = phrase.length
    if (!best || words > best.words || (words === best.words && span < best.span)) best = { words, span }
  }
  return best
}

/** Over how many words of `said` those of `phrase` occur in order, at the tightest; undefined if never. */
export function spanOf(said: readonly string[], phrase: readonly string[]): number | undefined {
  let tightest: number | undefined
  for (
    let start = said.indexOf(phrase[0] ?? '');
    start !== -1;
    start = said.indexOf(phrase[0] ?? '', start + 1)
  ) {
    let at = start
    for (let i = 1; i < phrase.length; i++) {
      at = said.indexOf(phrase[i] ?? '', at + 1)
      if (at === -1) return tightest
    }
    const span = at - start + 1
    if (tightest === undefined || span < tightest) tightest = span
  }
  return tightest
}
