;; Visits every error of a report as M-x compile and M-x next-error do, and prints where point is.
(require 'compile)
(setq compilation-skip-threshold 0) ; notes too
(let ((report (car command-line-args-left)) (more t) (first t) (locale-coding-system 'utf-8))
  (setq command-line-args-left nil)
  (with-current-buffer (get-buffer-create "*compilation*")
    (setq default-directory (file-name-directory report))
    (let ((coding-system-for-read 'utf-8)) (insert-file-contents report))
    (insert "-*- mode: compilation -*-\n\n") ; as M-x compile does
    (flush-lines "^missing" (point-min) (point-max)) ; Emacs would ask for it
    (goto-char (point-min))
    (compilation-mode)
    (setq next-error-last-buffer (current-buffer)))
  (while more
    (condition-case nil
        (progn
          (next-error 1 first)
          (setq first nil)
          (with-current-buffer (window-buffer (selected-window))
            (goto-char (window-point (selected-window)))
            (princ (format "emacs\t%s\t%d\t%d\n" (file-relative-name buffer-file-name (file-name-directory report))
                           (line-number-at-pos) (1+ (- (point) (line-beginning-position)))))))
      (user-error (setq more nil)))))
