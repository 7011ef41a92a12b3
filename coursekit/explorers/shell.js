// What Python cannot do from the kernel: hands and eyes on the picture, and news of what is on screen.
(image => {
    const root = image.closest('.ck-explorer');
    if (!root || root.dataset.ckReady) return;
    root.dataset.ckReady = 'yes';
    const all = chosen => [...root.querySelectorAll(chosen)];
    const bridge = root.querySelector('.ck-bridge input');
    const send = words => { bridge.value = words; bridge.dispatchEvent(new Event('change', {bubbles: true})); };

    // The first explorer of a name opens at the state that the address says with which the page was loaded;
    // JupyterLab takes it out of the address bar.
    const link = () => root.querySelector('[data-ck-link]').dataset.ckLink;
    const [name] = link().split('='), opened = window.ckOpened ??= {};
    const [{name: loaded}] = performance.getEntriesByType('navigation');
    const asked = new window.URL(loaded).searchParams.get(name);
    if (asked !== null && !opened[name]) send(`link ${asked}`);
    opened[name] = true;

    // Without this attribute, arrow keys would move to another cell and letters would be commands.
    const KEYED = '.noUi-handle, select, button, figure[tabindex], input:is([type=checkbox], [type=radio])';
    const keepKeys = () => all(KEYED).forEach(control => { control.dataset.lmSuppressShortcuts = 'true'; });

    // A slider handle gets the label of its slider as name and the readout as spoken value.
    const nameSliders = () => all('.widget-slider, .widget-hslider').forEach(slider => {
        const handle = slider.querySelector('.noUi-handle');
        const label = slider.querySelector('label, .widget-label');
        const readout = slider.querySelector('.widget-readout');
        if (!handle || handle.hasAttribute('aria-label')) return;
        handle.setAttribute('aria-label', label ? label.textContent : 'slider');
        const speak = () => readout && handle.setAttribute('aria-valuetext', readout.textContent);
        speak();
        if (readout) new MutationObserver(speak).observe(readout, {childList: true, characterData: true, subtree: true});
    });

    // What a hand does: a spot, the number of the movement, where it began and where it is, in [-1, 1]^2.
    let drags = 0, events = 0;
    const hand = (name, start, now) => send(`hand ${name} ${drags} ${start} ${now} ${events += 1}`);
    root.addEventListener('pointerdown', down => {
        const spot = down.target.closest('[data-ck-hand]');
        if (!spot || down.button) return;
        down.preventDefault();
        drags += 1;
        const {left, top, width, height} = spot.getBoundingClientRect(), name = spot.dataset.ckHand;
        const place = event => `${(2 * (event.clientX - left) / width - 1).toFixed(3)} ` +
            `${(1 - 2 * (event.clientY - top) / height).toFixed(3)}`;
        let last = down, sent = false;
        const tell = () => { sent = false; hand(name, place(down), place(last)); };
        const move = event => { last = event; if (!sent) { sent = true; requestAnimationFrame(tell); } };
        const up = event => {
            move(event);
            setTimeout(tell, 150);  // the last word, also where pictures were being told of
            window.removeEventListener('pointermove', move);
            window.removeEventListener('pointerup', up);
        };
        window.addEventListener('pointermove', move);
        window.addEventListener('pointerup', up);
        tell();
    });

    // Curves are read under the mouse or with the arrow keys, and points are drawn with them: a mark says where.
    const reading = root.appendChild(document.createElement('div'));
    reading.className = 'ck-reading';
    reading.hidden = true;
    reading.setAttribute('role', 'status');
    let read = '', x = 165, pen = [0, 0];  // the title of a figure; where the mark is on curves, and on a surface
    const title = figure => figure.querySelector('figcaption').textContent;
    const short = number => Number(number.toPrecision(3)).toString();
    const inUnits = (svg, left, top) => new DOMPoint(left, top).matrixTransform(svg.getScreenCTM().inverse());
    const valueOf = (place, [low, high, start, end], log) => {
        const share = (place - start) / (end - start);
        return log ? low * (high / low) ** share : low + share * (high - low);
    };
    const onCurves = svg => {
        let axes, place = x;
        const words = [...svg.children].flatMap(({dataset, points}) => {
            if (dataset.ckAxes) axes = JSON.parse(dataset.ckAxes);
            if (!dataset.ckName || !points.length) return [];
            const point = [...points].reduce((a, b) => Math.abs(b.x - x) < Math.abs(a.x - x) ? b : a);
            place = point.x;
            const said = `${dataset.ckName} ${short(valueOf(point.y, axes.y, axes.log))}`;
            return axes.said ? [said] : [axes.said = `${axes.label} ${short(valueOf(place, axes.x, axes.log))}`, said];
        });
        return [`M${place} 0V${svg.viewBox.baseVal.height}`, [...new Set(words)].join(', ')];
    };
    const onSurface = (svg, spot) => {
        const box = spot.getBoundingClientRect(), start = inUnits(svg, box.left, box.top);
        const side = inUnits(svg, box.right, box.bottom).x - start.x;
        const [left, top] = [start.x + (pen[0] + 1) / 2 * side, start.y + (1 - pen[1]) / 2 * side];
        return [`M${left - 12} ${top}h24M${left} ${top - 12}v24`, `x1 ${short(pen[0])}, x2 ${short(pen[1])}: Enter is a click here`];
    };
    const forget = () => { read = ''; reading.hidden = true; all('.ck-mark').forEach(mark => mark.remove()); };
    const lookAt = figure => {
        const svg = figure.querySelector('svg'), spot = svg.querySelector('[data-ck-hand=surface]');
        forget();
        read = title(figure);
        const [path, words] = spot ? onSurface(svg, spot) : onCurves(svg);
        const mark = svg.appendChild(document.createElementNS('http://www.w3.org/2000/svg', 'path'));
        mark.setAttribute('class', 'ck-mark');
        mark.setAttribute('d', path);
        const {left, bottom} = svg.getBoundingClientRect(), frame = root.getBoundingClientRect();
        reading.textContent = words;
        reading.hidden = false;
        reading.style.left = `${Math.max(0, Math.min(left - frame.left, frame.width - reading.offsetWidth))}px`;
        reading.style.top = `${bottom - frame.top}px`;
    };
    root.addEventListener('pointermove', ({target, clientX, clientY, buttons}) => {
        const figure = target.closest('figure'), svg = figure?.querySelector('svg');
        if (buttons || !svg?.querySelector('[data-ck-name]')) return;
        x = inUnits(svg, clientX, clientY).x;
        lookAt(figure);
    });
    root.addEventListener('pointerleave', () => document.activeElement.matches('figure') || forget());
    root.addEventListener('focusin', ({target}) => target.matches('figure') ? lookAt(target) : forget());
    root.addEventListener('focusout', ({relatedTarget}) => { if (relatedTarget) forget(); });
    root.addEventListener('keydown', event => {
        const way = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1]}[event.key];
        const figure = event.target, draws = [' ', 'Enter'].includes(event.key);
        if (!figure.matches('figure') || !(way || draws)) return;
        event.preventDefault();
        if (way) {
            const far = event.shiftKey ? 5 : 1;
            x = Math.max(0, Math.min(300, x + 4 * far * way[0]));
            pen = pen.map((value, i) => Math.max(-1, Math.min(1, Math.round(20 * value + far * way[i]) / 20)));
            lookAt(figure);
        } else if (figure.querySelector('[data-ck-hand=surface]')) {
            drags += 1;
            hand('surface', pen.join(' '), pen.join(' '));
        }
    });

    // The panels side by side in one file, with their alternative text, on the colours of this page.
    const save = () => {
        const {color} = getComputedStyle(root), paper = getComputedStyle(root).getPropertyValue('--jp-layout-color0');
        let wide = 0, high = 0, inside = '', said = '';
        all('.ck-panel').forEach(panel => {
            const svg = panel.querySelector('[role=img]')?.cloneNode(true), box = panel.getBoundingClientRect();
            const {width, height} = svg?.viewBox.baseVal ?? {width: 1.2 * box.width, height: 1.2 * box.height};
            svg?.querySelectorAll('use').forEach(use =>
                use.replaceWith(root.querySelector(use.getAttribute('href')).cloneNode(true)));
            const table = () => `<foreignObject width="${width}" height="${height}">` +
                `<div xmlns="http://www.w3.org/1999/xhtml">${new XMLSerializer().serializeToString(panel)}</div></foreignObject>`;
            inside += `<svg x="${wide}" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" overflow="visible">` +
                `${svg ? svg.innerHTML : table()}</svg>`;
            said += `${svg ? svg.getAttribute('aria-label') : panel.innerText} `;
            [wide, high] = [wide + width + 24, Math.max(high, height)];
        });
        const style = root.querySelector('style').textContent.replaceAll('.ck-explorer', '').replaceAll('.ck-panel', '');
        const text = document.createElement('desc');
        text.textContent = said;
        const whole = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="-12 -24 ${wide} ${high + 36}" role="img" ` +
            `style="color:${color};background:${paper || '#fff'};--jp-layout-color0:${paper || '#fff'};` +
            `font-family:sans-serif">${text.outerHTML}<style>${style}</style>${inside}</svg>`;
        const link = document.createElement('a');
        link.href = window.URL.createObjectURL(new Blob([whole], {type: 'image/svg+xml'}));
        link.download = 'explorer.svg';
        link.click();
        setTimeout(() => window.URL.revokeObjectURL(link.href), 1000);
    };
    const address = () => {
        const [name, words] = link().split('='), url = new window.URL(location.href);
        ['token', 'reset'].forEach(key => url.searchParams.delete(key));
        url.searchParams.set(name, words);
        url.search = `${url.searchParams}`.replaceAll('%3A', ':').replaceAll('%2C', ',');
        return url.href;
    };
    const copy = (button, words) => {
        const said = button.textContent;
        navigator.clipboard ? navigator.clipboard.writeText(words) : window.prompt(said, words);
        button.textContent = 'Copied';
        setTimeout(() => { button.textContent = said; }, 1500);
    };
    const acts = {
        save,
        copy: button => copy(button, root.querySelector('.ck-line textarea').value),
        link: button => copy(button, address()),
        more: button => button.setAttribute('aria-expanded', root.classList.toggle('ck-more')),
        present: () => document.fullscreenElement ? document.exitFullscreen() : root.requestFullscreen(),
    };
    root.addEventListener('click', ({target}) => {
        const button = target.closest('[data-ck-act]');
        if (button) acts[button.dataset.ckAct](button);
    });

    // The kernel hears which picture has arrived, so that nothing queues, and whether it can be seen.
    let shown = '', visible = true, waiting = false;
    const tell = () => {
        waiting = false;
        if (root.isConnected) send(`${shown} ${visible && !document.hidden ? 'seen' : 'hidden'}`);
    };
    const soon = () => {
        if (waiting) return;
        waiting = true;
        document.hidden ? tell() : requestAnimationFrame(tell);
    };
    const look = () => {
        const frame = root.querySelector('[data-ck-frame]');
        if (frame && frame.dataset.ckFrame !== shown) {
            shown = frame.dataset.ckFrame;
            soon();
            all('figure:has([data-ck-name], [data-ck-hand=surface])').forEach(figure => {
                figure.tabIndex = 0;
                if (title(figure) !== read) return;
                if (document.activeElement === document.body) figure.focus({preventScroll: true});
                lookAt(figure);
            });
        }
        keepKeys();
        nameSliders();
    };
    new MutationObserver(look).observe(root, {childList: true, subtree: true});
    new IntersectionObserver(entries => { visible = entries[entries.length - 1].isIntersecting; tell(); }).observe(root);
    document.addEventListener('visibilitychange', () => root.isConnected && tell());
    look();
})(this)
