/** What is shown only where an identity provider keeps the accounts: a chunk that no other console loads. */
export { KeptElsewhere } from '../../account/KeptElsewhere';
export { Organisations } from './Organisations';
export { OutsideGuest } from './OutsideGuest';
export { ProviderLoginPage } from './LoginPage';
export { RefusedPage } from './RefusedPage';
