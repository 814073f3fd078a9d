import { Radio } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import css from './Acl.module.css';
import { useRuleRoles } from './roles';

/** A role to give, each with what it permits. */
export function RuleRoleChoice({ value, onChange }: { value: string; onChange: (role: string) => void }) {
	const { t } = useTranslation();
	const roles = useRuleRoles();
	return (
		<Radio.Group label={t('acl.role')} onChange={onChange} value={value}>
			<div className={css.roles}>
				{roles.map(({ id, name, permits }) => (
					<Radio classNames={{ description: css.below }} description={permits} key={id} label={name} value={id} />
				))}
			</div>
		</Radio.Group>
	);
}
