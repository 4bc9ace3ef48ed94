/** What the text of a canned reply may name, and what each stands for. */
export const VARIABLES = {
  'visitor.name': "The visitor's name",
  'visitor.email': "The visitor's e-mail",
  'agent.name': 'Your name',
  'space.name': "The space's name",
} as const;
export type Variable = keyof typeof VARIABLES;
export type Values = Partial<Record<Variable, string | null | undefined>>;

const ONE = /\{\{([^{}|]*)(?:\|([^{}]*))?\}\}/g;
const isVariable = (name: string): name is Variable => Object.hasOwn(VARIABLES, name);

/** The text with its variables filled in: what is not known is as it says behind the bar, or nothing. */
export function fill(text: string, values: Values): string {
  return text.replace(ONE, (whole, name: string, fallback: string | undefined) => {
    const variable = name.trim();
    return isVariable(variable) ? values[variable]?.trim() || (fallback?.trim() ?? '') : whole;
  });
}

/** The first variable that there is not. */
export function unknownVariable(text: string): string | undefined {
  for (const [, name = ''] of text.matchAll(ONE)) if (!isVariable(name.trim())) return name.trim();
  return undefined;
}
