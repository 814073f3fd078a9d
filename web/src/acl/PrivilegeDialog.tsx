/** A privilege for a role: what may or may not be done to which kind of thing. */
import { Autocomplete, SegmentedControl, TextInput } from '@mantine/core';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { FormDialog } from '../form/FormDialog';
import { useLive } from '../live/hooks';
import { usePrivileges } from './RoleDetails';

export function PrivilegeDialog({ roleId, onClose }: { roleId: string; onClose: () => void }) {
	const { t } = useTranslation();
	const { connection } = useLive();
	const { data } = usePrivileges();
	const [resource, setResource] = useState('');
	const [action, setAction] = useState('*');
	const [effect, setEffect] = useState<'allow' | 'deny'>('allow');
	const [selector, setSelector] = useState('');
	// The roles that come with the server name most of what there is.
	const resources = useMemo(() => [...new Set((data ?? []).map((one) => one.resource))].sort(), [data]);
	const actions = useMemo(
		() => [
			'*',
			...new Set(
				(data ?? []).filter((one) => one.resource === resource && one.action !== '*').map((one) => one.action),
			),
		],
		[data, resource],
	);
	const submit = () =>
		connection.call('aclPrivilege.create', {
			roleId,
			resource: resource.trim(),
			action: action.trim(),
			effect,
			...(selector.trim() === '' ? {} : { selector: selector.trim() }),
		});
	return (
		<FormDialog
			action={t('role.addPrivilege')}
			onClose={onClose}
			onSubmit={submit}
			ready={resource.trim() !== '' && action.trim() !== ''}
			title={t('role.addPrivilege')}
		>
			<SegmentedControl
				aria-label={t('role.effect')}
				data={[
					{ value: 'allow', label: t('role.allow') },
					{ value: 'deny', label: t('role.deny') },
				]}
				onChange={(value) => setEffect(value === 'deny' ? 'deny' : 'allow')}
				value={effect}
			/>
			<Autocomplete
				data={resources}
				data-autofocus
				description={t('role.resourceHelp')}
				label={t('role.resource')}
				onChange={setResource}
				required
				openOnFocus={false}
				value={resource}
				withAsterisk={false}
			/>
			<Autocomplete
				data={actions}
				description={t('role.actionHelp')}
				label={t('role.action')}
				onChange={setAction}
				required
				openOnFocus={false}
				value={action}
				withAsterisk={false}
			/>
			<TextInput
				description={t('role.selectorHelp')}
				label={t('role.selector')}
				onChange={(event) => setSelector(event.currentTarget.value)}
				placeholder="tags:prod"
				value={selector}
			/>
		</FormDialog>
	);
}
