import { type ComponentType, type ReactNode, useRef, useState } from 'react';
import { withTexts } from '../i18n';
import { ICON_BUTTON } from './Plain';
import type { Place } from './place';

interface MenuButtonProps<P extends object> {
	label: string;
	/** What the button shows. */
	face: ReactNode;
	className?: string | undefined;
	/** Whether the page is one that its items lead to. */
	current?: boolean;
	position?: 'bottom-start' | 'bottom-end' | 'right-end';
	width?: number;
	/** Stays open when something in it is pressed. */
	stays?: boolean;
	/** Fetches the items; begun when somebody reaches for the button. The module's default export is what shows them. */
	load: () => Promise<{ default: ComponentType<P> }>;
	/** What the items are given. */
	items: P;
}

/** The menu and its items, once they are there. */
interface Opened<P> {
	Menu: typeof import('./PlacedMenu')['default'];
	Items: ComponentType<P>;
	at: Place;
}

/** A button that opens a menu, which is fetched with the first of them. */
export function MenuButton<P extends object>(props: MenuButtonProps<P>) {
	const { label, face, className = ICON_BUTTON, current, load, items, ...menu } = props;
	const [opened, setOpened] = useState<Opened<P>>();
	/** Whether it was open when the button was pressed: the press has closed it then. */
	const wasOpen = useRef(false);
	const fetched = () => withTexts(Promise.all([import('./PlacedMenu'), load()]));
	const open = async (at: Place) => {
		const [{ default: Menu }, { default: Items }] = await fetched();
		setOpened({ Menu, Items, at });
	};
	return (
		<>
			<button
				aria-current={current || undefined}
				aria-expanded={opened !== undefined}
				aria-haspopup="menu"
				aria-label={label}
				className={className}
				onClick={(event) => {
					if (!wasOpen.current) void open(event.currentTarget.getBoundingClientRect());
					wasOpen.current = false;
				}}
				onFocus={() => void fetched()}
				onPointerDown={() => {
					wasOpen.current = opened !== undefined;
				}}
				onPointerEnter={() => void fetched()}
				title={label}
				type="button"
			>
				{face}
			</button>
			{opened !== undefined && (
				<opened.Menu at={opened.at} label={label} onClose={() => setOpened(undefined)} {...menu}>
					<opened.Items {...items} />
				</opened.Menu>
			)}
		</>
	);
}
