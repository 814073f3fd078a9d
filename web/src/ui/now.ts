import { useEffect, useState } from 'react';

/** The time, each second while `ticking`, in ms since the epoch. */
export function useNow(ticking = true): number {
	const [now, setNow] = useState(Date.now);
	useEffect(() => {
		if (!ticking) return;
		const timer = setInterval(() => setNow(Date.now()), 1000);
		return () => clearInterval(timer);
	}, [ticking]);
	return now;
}
