// What Python cannot do from the kernel: names for slider handles, and news of what is on screen.
(image => {
    const root = image.closest('.ck-explorer');
    if (!root || root.dataset.ckReady) return;
    root.dataset.ckReady = 'yes';

    // Without this attribute, arrow keys would move to another cell and letters would be commands.
    const KEYED = '.noUi-handle, select, button, input:is([type=checkbox], [type=radio])';
    const keepKeys = () => root.querySelectorAll(KEYED).forEach(control => {
        control.dataset.lmSuppressShortcuts = 'true';
    });

    // A slider handle gets the label of its slider as name and the readout as spoken value.
    const nameSliders = () => root.querySelectorAll('.widget-slider, .widget-hslider').forEach(slider => {
        const handle = slider.querySelector('.noUi-handle');
        const label = slider.querySelector('label, .widget-label');
        const readout = slider.querySelector('.widget-readout');
        if (!handle || handle.hasAttribute('aria-label')) return;
        handle.setAttribute('aria-label', label ? label.textContent : 'slider');
        const speak = () => readout && handle.setAttribute('aria-valuetext', readout.textContent);
        speak();
        if (readout) new MutationObserver(speak).observe(readout, {childList: true, characterData: true, subtree: true});
    });

    // In a lecture the explorer fills the screen.
    root.querySelectorAll('.ck-present').forEach(button => button.addEventListener('click', () =>
        document.fullscreenElement ? document.exitFullscreen() : root.requestFullscreen()));

    const bridge = root.querySelector('.ck-bridge input');

    // What a hand does: a spot, the number of the movement, where it began and where it is, in [-1, 1]^2.
    let drags = 0;
    root.addEventListener('pointerdown', down => {
        const spot = down.target.closest('[data-ck-hand]');
        if (!spot || down.button) return;
        down.preventDefault();
        drags += 1;
        const {left, top, width, height} = spot.getBoundingClientRect(), name = spot.dataset.ckHand;
        const place = event => `${(2 * (event.clientX - left) / width - 1).toFixed(3)} ` +
            `${(1 - 2 * (event.clientY - top) / height).toFixed(3)}`;
        let last = down, sent = false, n = 0;
        const send = () => {
            sent = false;
            bridge.value = `hand ${name} ${drags} ${place(down)} ${place(last)} ${n += 1}`;
            bridge.dispatchEvent(new Event('change', {bubbles: true}));
        };
        const move = event => { last = event; if (!sent) { sent = true; requestAnimationFrame(send); } };
        const up = event => {
            move(event);
            setTimeout(send, 150);  // the last word, also where pictures were being told of
            window.removeEventListener('pointermove', move);
            window.removeEventListener('pointerup', up);
        };
        window.addEventListener('pointermove', move);
        window.addEventListener('pointerup', up);
        send();
    });

    // The panels side by side in one file, with their alternative text, on the colours of this page.
    const save = () => {
        const {color} = getComputedStyle(root), paper = getComputedStyle(root).getPropertyValue('--jp-layout-color0');
        const panels = [...root.querySelectorAll('.ck-panel')].filter(panel => panel.querySelector('[role=img]'));
        let wide = 0, inside = '';
        panels.forEach(panel => {
            const svg = panel.querySelector('[role=img]').cloneNode(true), box = svg.viewBox.baseVal;
            svg.querySelectorAll('use').forEach(use =>
                use.replaceWith(root.querySelector(use.getAttribute('href')).cloneNode(true)));
            inside += `<svg x="${wide}" width="${box.width}" height="${box.height}" viewBox="0 0 ${box.width} ${box.height}"` +
                ` overflow="visible">${svg.innerHTML}</svg>`;
            wide += box.width + 24;
        });
        const high = Math.max(...panels.map(panel => panel.querySelector('[role=img]').viewBox.baseVal.height));
        const said = panels.map(panel => panel.querySelector('[role=img]').getAttribute('aria-label')).join(' ');
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
    root.querySelectorAll('.ck-save').forEach(button => button.addEventListener('click', save));

    // The kernel hears which picture has arrived, so that nothing queues, and whether it can be seen.
    let shown = '', visible = true, waiting = false;
    const tell = () => {
        waiting = false;
        if (!bridge || !root.isConnected) return;
        bridge.value = `${shown} ${visible && !document.hidden ? 'seen' : 'hidden'}`;
        bridge.dispatchEvent(new Event('change', {bubbles: true}));
    };
    const soon = () => {
        if (waiting) return;
        waiting = true;
        document.hidden ? tell() : requestAnimationFrame(tell);
    };
    const look = () => {
        const frame = root.querySelector('[data-ck-frame]');
        if (frame && frame.dataset.ckFrame !== shown) { shown = frame.dataset.ckFrame; soon(); }
        keepKeys();
        nameSliders();
    };
    new MutationObserver(look).observe(root, {childList: true, subtree: true});
    new IntersectionObserver(entries => { visible = entries[entries.length - 1].isIntersecting; tell(); }).observe(root);
    document.addEventListener('visibilitychange', () => root.isConnected && tell());
    look();
})(this)
