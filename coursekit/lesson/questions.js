// Without a shared name each radio button stands alone; without the other attribute of each, arrow
// keys would move to another cell. A status that stays in the page is heard when its content changes.
(image => {
    const root = image.closest('.ck-question');
    if (!root || root.dataset.ckReady) return;
    root.dataset.ckReady = 'yes';
    const name = 'ck-' + Math.random();
    const look = () => {
        const asked = root.querySelector('.ck-asked'), box = root.querySelector('.widget-radio-box');
        const said = root.querySelector('.ck-status .widget-html-content');
        if (box) box.setAttribute('role', 'radiogroup');
        if (box && asked) box.setAttribute('aria-label', asked.textContent);
        if (said) said.setAttribute('role', 'status');
        root.querySelectorAll('[type=radio]').forEach(radio => {
            radio.name = name;
            radio.dataset.lmSuppressShortcuts = 'true';
        });
    };
    new MutationObserver(look).observe(root, {childList: true, subtree: true});
    look();
})(this)
