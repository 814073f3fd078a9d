/** A place on the screen, in px: a point, or the box of what was pressed. */
export interface Place {
	x: number;
	y: number;
	width?: number;
	height?: number;
}
