import { Menu } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Destination } from './destinations';
import { PageLink } from './PageLink';

/** The sections that the rail of a narrow screen has no room for. */
export default function MoreItems({ places }: { places: readonly Destination[] }) {
	const { t } = useTranslation();
	return places.map(({ to, label, icon: PlaceIcon, current }) => (
		<Menu.Item
			key={to}
			leftSection={<PlaceIcon size={18} stroke={1.6} />}
			renderRoot={(props) => <PageLink current={current} to={to} {...props} />}
		>
			{t(label)}
		</Menu.Item>
	));
}
