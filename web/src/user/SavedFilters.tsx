/** Filters that one keeps, by the list they are of. */
import { ActionIcon, Tooltip } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { listOfType } from '../app/nouns';
import { Setting, Settings } from '../form/Setting';
import { useSavedFilters } from '../list/saved';
import { useConnectionState } from '../live/hooks';
import { RemoveIcon } from '../ui/icons';
import css from './Profile.module.css';

export function SavedFilters() {
	const { t } = useTranslation();
	const { saved: all, forget } = useSavedFilters();
	const saved = all.filter(({ shared }) => shared === undefined);
	const isLost = useConnectionState().is === 'lost';
	if (saved.length === 0) return null;
	return (
		<Settings title={t('profile.filters')}>
			{saved.map((one) => {
				const { type, name, filter } = one;
				const place = listOfType(type);
				return (
					<Setting help={place === undefined ? type : String(t(place.title))} key={`${type} ${name}`} label={name}>
						<span className={css.row}>
							{place === undefined ? (
								<code>{filter}</code>
							) : (
								<Link params={{ list: place.id }} search={{ s: filter }} to="/$list">
									{filter}
								</Link>
							)}
							<Tooltip label={t('list.forget', { name })}>
								<ActionIcon
									aria-label={t('list.forget', { name })}
									color="gray"
									disabled={isLost}
									onClick={() => forget.mutate(one)}
									variant="subtle"
								>
									<RemoveIcon size={16} />
								</ActionIcon>
							</Tooltip>
						</span>
					</Setting>
				);
			})}
		</Settings>
	);
}
