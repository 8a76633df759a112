"""Floor 2: classifiers answer a criterion at scale: written, measured, tried, shipped and watched."""
