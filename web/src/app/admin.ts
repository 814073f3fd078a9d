/** The pages of administrators and of accounts, fetched together: they are small, and one leads to another. */
export { default as Acls } from '../acl/AclsPage';
export { default as Roles } from '../acl/RolesPage';
export { default as Journal } from '../journal/JournalPage';
export { default as Servers } from '../pool/ServersPage';
export { default as About } from '../site/AboutPage';
export { default as Tokens } from '../token/TokensPage';
export { default as Groups } from '../user/GroupsPage';
export { default as Profile } from '../user/ProfilePage';
export { default as Users } from '../user/UsersPage';
