/** The English words of what is fetched on demand. */
export default {
  open: 'Open source',
  page: 'page {}',
  thanks: 'Thank you!',
  comment: 'Anything to add? (optional)',
  rate: 'How did we do?',
  name: 'Name',
  email: 'E-mail',
  refused: 'The chat is not available here.',
  login: 'Please log in to chat.',
};
