import type { GoldenResult } from './api';

/** Why a question did not pass. */
export function reasons({ abstained, question, source_place, missing }: GoldenResult): string[] {
  const said: string[] = [];
  if (abstained) said.push('The assistant found nothing to answer from.');
  else if (question.source && source_place === null) said.push('The document was not among the sources.');
  if (missing.length > 0) said.push(`Not said: ${missing.map((fact) => `“${fact}”`).join(', ')}.`);
  return said;
}
