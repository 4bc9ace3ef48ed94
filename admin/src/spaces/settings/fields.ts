export type Section = 'look' | 'answers' | 'people' | 'site';

/** What each setting is called on the screen. */
const NAMES: Record<string, string> = {
  name: 'Name',
  slug: 'Address',
  allowed_origins: 'Allowed sites',
  'settings.bot_name': 'Name of the bot',
  'settings.bot_avatar': 'Picture of the bot',
  'settings.greeting': 'Greeting',
  'settings.placeholder': 'Placeholder',
  'settings.color': 'Colour',
  'settings.mode': 'Theme',
  'settings.position': 'Position',
  'settings.suggested_questions': 'Suggested questions',
  'settings.prechat': 'Asked before the chat',
  'settings.locale': 'Language',
  'settings.identity': 'Who may chat',
  'settings.attachments': 'Visitors may attach files',
  'settings.branding': 'Powered by Parlance',
  'settings.ai.models': 'Models',
  'settings.ai.temperature': 'Temperature',
  'settings.ai.max_tokens': 'Longest answer',
  'settings.ai.tone': 'Tone',
  'settings.ai.instructions': 'Instructions',
  'settings.ai.guardrails': 'Guardrails',
  'settings.ai.top_k': 'Passages',
  'settings.ai.floor': 'Floor of relevance',
  'settings.ai.history_tokens': 'Memory',
  'settings.ai.cache': 'Answer again from memory',
  'settings.handoff.after_abstentions': 'Answers in a row that found nothing',
  'settings.handoff.on_failure': 'When no model can be reached',
  'settings.handoff.on_limit': 'When the plan is used up',
  'settings.handoff.by_model': 'When the model asks for it',
  'settings.handoff.on_sentiment': 'When the visitor is angry',
  'settings.handoff.on_urgency': 'When it cannot wait',
  'settings.handoff.sentiment_by_model': 'Ask a model about tone',
  'settings.tickets.on_handoff': 'Create a ticket for each',
  'settings.tickets.by_mail': 'Tickets by e-mail',
  'settings.csat.by_mail': 'Ask for ratings by e-mail',
  'settings.csat.after_hours': 'Hours after it is resolved',
  'settings.handoff.message': 'When somebody is there',
  'settings.handoff.away_message': 'When nobody is there',
  'settings.queue.assign': 'Who gets a conversation',
  'settings.queue.per_agent': 'At once for an agent',
  'settings.queue.plans': 'Plans answered earlier',
  'settings.hours': 'Hours',
  'settings.hours.time_zone': 'Time zone',
  'settings.hours.week.monday': 'Monday',
  'settings.hours.week.tuesday': 'Tuesday',
  'settings.hours.week.wednesday': 'Wednesday',
  'settings.hours.week.thursday': 'Thursday',
  'settings.hours.week.friday': 'Friday',
  'settings.hours.week.saturday': 'Saturday',
  'settings.hours.week.sunday': 'Sunday',
  'settings.hours.holidays': 'Holidays',
  'settings.knowledge.passage_tokens': 'Size of a passage',
  'settings.knowledge.overlap_tokens': 'Overlap',
  'settings.knowledge.golden_answers': 'Answer golden questions after a change',
};

/** A path of the API in the words of the screen; what of a list it is about is left out. */
export function nameOf(field: string): string {
  return NAMES[field] ?? NAMES[field.replace(/\.\d+(\..*)?$/, '')] ?? field.replace(/^settings\./, '');
}

/** The page that a setting is on. */
export function sectionOf(field: string): Section {
  if (/^settings\.(ai|knowledge)\b/.test(field)) return 'answers';
  if (/^settings\.(handoff|queue|tickets|csat|hours)\b/.test(field)) return 'people';
  return /^settings\.(?!identity\b)/.test(field) ? 'look' : 'site';
}
