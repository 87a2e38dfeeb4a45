import { render } from 'preact';
import 'uplot/dist/uPlot.min.css';
import { App } from './App.tsx';
import { Dashboard } from './data/dashboard.ts';
import './style/base.css';
import './style/layout.css';
import './style/parts.css';
import './style/grid.css';

const dashboard = new Dashboard();
render(<App dashboard={dashboard} />, document.getElementById('root')!);
void dashboard.start();
