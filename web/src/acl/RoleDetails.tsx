/** A role: who has it, and its privileges, each of which can be taken away. */
import { ActionIcon, Button, Tooltip } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { AclPrivilege } from '../api/records';
import { Fact } from '../list/Drawer';
import facts from '../list/Drawer.module.css';
import { list, text } from '../list/noun';
import { useConnectionState, useLive } from '../live/hooks';
import { useRecords } from '../live/records';
import type { Row } from '../live/view';
import { useConfirm } from '../ui/Confirm';
import { AddIcon, RemoveIcon } from '../ui/icons';
import { useTell } from '../ui/tell';
import css from './Acl.module.css';
import { PrivilegeDialog } from './PrivilegeDialog';

export function usePrivileges(enabled = true) {
	return useRecords({ method: 'aclPrivilege.list', params: {}, of: ['aclRole'] }, enabled);
}

export function RoleDetails({ row }: { row: Row }) {
	const { t } = useTranslation();
	const { data } = usePrivileges();
	const [adding, setAdding] = useState(false);
	const isLost = useConnectionState().is === 'lost';
	const privileges = (data ?? []).filter(({ roleId }) => roleId === row.id);
	const isOwn = row.isTemplate !== true;
	return (
		<>
			{text(row, 'description') !== '' && <p className={facts.description}>{text(row, 'description')}</p>}
			<dl className={facts.facts}>
				<Fact label={t('role.origin')}>{text(row, 'origin')}</Fact>
				{isOwn && <Fact label={t('place.users')}>{list(row, 'users').join(', ') || t('none')}</Fact>}
				{isOwn && <Fact label={t('place.groups')}>{list(row, 'groups').join(', ') || t('none')}</Fact>}
			</dl>
			<section>
				<div className={css.heading}>
					<h3>{t('role.privileges')}</h3>
					{isOwn && (
						<Button
							disabled={isLost}
							leftSection={<AddIcon size={14} />}
							onClick={() => setAdding(true)}
							size="compact-xs"
							variant="default"
						>
							{t('role.addPrivilege')}
						</Button>
					)}
				</div>
				{!isOwn && <p className={facts.dim}>{t('role.templateHelp')}</p>}
				{data !== undefined && privileges.length === 0 && <p className={facts.dim}>{t('role.noPrivileges')}</p>}
				<ul className={css.privileges}>
					{privileges.map((privilege) => (
						<Privilege isOwn={isOwn && !isLost} key={privilege.id} privilege={privilege} />
					))}
				</ul>
			</section>
			{adding && <PrivilegeDialog onClose={() => setAdding(false)} roleId={row.id} />}
		</>
	);
}

function Privilege({ privilege, isOwn }: { privilege: AclPrivilege; isOwn: boolean }) {
	const { t } = useTranslation();
	const { connection } = useLive();
	const confirm = useConfirm();
	const tell = useTell();
	const { id, resource, action, effect, selector } = privilege;
	const name = `${resource}: ${action === '*' ? t('role.everything') : action}`;
	const remove = async () => {
		const label = t('common.remove.label');
		const yes = await confirm({
			title: t('action.ask', { action: label, name }),
			body: <p>{t('role.takeAway')}</p>,
			action: label,
			destroys: true,
		});
		if (!yes) return;
		const words = {
			action: label,
			name,
			doing: t('common.remove.doing', { name }),
			done: t('common.remove.done', { name }),
		};
		await tell(words, () => connection.call('aclPrivilege.delete', { id }));
	};
	return (
		<li className={css.privilege}>
			<span>
				{effect === 'deny' && <span className={css.deny}>{t('role.deny')} </span>}
				{name}
				{selector !== undefined && (
					<>
						{' '}
						<code>{selector}</code>
					</>
				)}
			</span>
			{isOwn && (
				<Tooltip label={t('role.removePrivilege', { name })}>
					<ActionIcon
						aria-label={t('role.removePrivilege', { name })}
						color="gray"
						onClick={() => void remove()}
						size="sm"
						variant="subtle"
					>
						<RemoveIcon size={15} />
					</ActionIcon>
				</Tooltip>
			)}
		</li>
	);
}
