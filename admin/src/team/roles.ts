import { ROLES, type Role } from '../app/permission';

export const ABOUT: Record<Role, string> = {
  owner: 'Everything, with the ownership of the workspace.',
  admin: 'Spaces, knowledge, the team, API keys and the audit log.',
  agent: 'Reads and answers conversations.',
  viewer: 'Reads conversations, knowledge and settings.',
};

/** The roles that somebody may give and take: owners are made and unmade by owners. */
export function givenBy(role: string): Role[] {
  return ROLES.filter((given) => role === 'owner' || given !== 'owner');
}
