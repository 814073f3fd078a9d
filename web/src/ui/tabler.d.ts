/** The package ships types for its index only. */
declare module '@tabler/icons-react/dist/esm/icons/*.mjs' {
	import type { CSSProperties, FunctionComponent } from 'react';

	const icon: FunctionComponent<{ size?: number; stroke?: number; style?: CSSProperties }>;
	export default icon;
}
