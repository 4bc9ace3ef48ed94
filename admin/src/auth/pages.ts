/** The pages for who is not logged in: loaded when somebody is not. */
export { ForgotPage } from './ForgotPage';
export { InvitationPage } from './InvitationPage';
export { LoginPage } from './LoginPage';
export { ResetPage } from './ResetPage';
export { SignUpPage } from './SignUpPage';
export { VerifyPage } from './VerifyPage';
