/** What a rule can give: each role, with what it permits. */
import { useTranslation } from 'react-i18next';
import type { Key } from '../i18n';
import { useRecords } from '../live/records';

const NAMES: Readonly<Record<string, Key>> = {
	viewer: 'acl.viewer',
	operator: 'acl.operator',
	admin: 'acl.admin',
};
const PERMITS: Readonly<Record<string, Key>> = {
	view: 'acl.view',
	operate: 'acl.operate',
	administrate: 'acl.administrate',
};

export interface RuleRole {
	id: string;
	name: string;
	/** What somebody who has it may do, in words. */
	permits: string;
}

export function useRuleRoles(): readonly RuleRole[] {
	const { t, i18n } = useTranslation();
	const { data } = useRecords({ method: 'role.getAll', params: {}, of: [] });
	const all = new Intl.ListFormat(i18n.language);
	return (data ?? []).map(({ id, name, permissions }) => {
		const known = NAMES[id];
		return {
			id,
			name: known === undefined ? name : t(known),
			permits: all.format(
				permissions.map((permission) => {
					const words = PERMITS[permission];
					return words === undefined ? permission : t(words);
				}),
			),
		};
	});
}
