/** Why VMs cannot leave a host: what its pool says in codes and references, in words and with the names of the VMs. */
import { Link } from '@tanstack/react-router';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { errorText, ServerError } from '../api/errors';
import { nameLabel, text } from '../list/noun';
import { useView } from '../live/hooks';
import css from './Reasons.module.css';
import { type Reason, reasonsOf } from './reasons';

export function Reasons({ error }: { error: Error }) {
	const reasons = useMemo(() => (error instanceof ServerError ? reasonsOf(error.data) : []), [error]);
	if (reasons.length === 0) return <p className={css.refused}>{errorText(error)}</p>;
	return <Listed reasons={reasons} />;
}

const MOST = 200;

function Listed({ reasons }: { reasons: readonly Reason[] }) {
	const { t, i18n } = useTranslation();
	const wish = useMemo(() => {
		const refs = reasons.flatMap(({ vm }) => vm ?? []).slice(0, MOST);
		if (refs.length === 0) return undefined;
		const filter = `_xapiRef:|(${refs.map((ref) => `"${ref}"`).join(' ')})`;
		return { type: ['VM', 'VM-controller'], filter, columns: ['name_label', '_xapiRef'], limit: MOST };
	}, [reasons]);
	const { rows } = useView(wish);
	return (
		<div className={css.refused}>
			<p>{t('hostPage.cannotLeave')}</p>
			<ul>
				{reasons.map(({ code, vm }) => {
					const row = rows.find((candidate) => text(candidate, '_xapiRef') === vm);
					const key = `hostPage.blocked.${code}`;
					const words = i18n.exists(key) ? t(key as 'hostPage.blocked.VM_LACKS_FEATURE') : code;
					return (
						<li key={`${code} ${vm}`}>
							{row !== undefined && (
								<>
									<Link params={{ list: 'vms', id: row.id }} search={{}} to="/$list/$id">
										{nameLabel(row)}
									</Link>
									{': '}
								</>
							)}
							{words}
						</li>
					);
				})}
			</ul>
		</div>
	);
}
