/** What can be done with a list as a whole: keep its filter, and have it as a file. */
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { withTexts } from '../i18n';
import type { Look } from '../live/listing';
import type { Layout } from '../table/layout';
import { DownloadIcon } from '../ui/icons';
import { MenuButton } from '../ui/MenuButton';
import type { Noun } from './noun';

const SaveFilter = lazy(() => withTexts(import('./SaveFilter')));

export interface ListMenuProps {
	noun: Noun;
	look: Look;
	layout: Layout;
	/** The filter as it is typed. */
	text: string;
}

export function ListMenu(props: ListMenuProps) {
	const { t } = useTranslation();
	const [naming, setNaming] = useState(false);
	return (
		<>
			<MenuButton
				face={<DownloadIcon size={18} />}
				items={{ ...props, onSave: () => setNaming(true) }}
				label={t('list.menu')}
				load={() => import('./ListMenuItems')}
				position="bottom-end"
				width={240}
			/>
			{naming && (
				<Suspense>
					<SaveFilter filter={props.text} onClose={() => setNaming(false)} type={String(props.noun.type)} />
				</Suspense>
			)}
		</>
	);
}
